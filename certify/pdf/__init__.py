"""The certificate on paper: words and values (words, values), what stands where (form, gallery), boxes and pages
(blocks, layout), ink (pen, fonts, text), the file (render, finish, sign), and the codes that can be seen on it (qr_on_page).
"""
