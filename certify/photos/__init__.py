"""Photos as part of a certificate: decoded and written anew (clean), and the list of them in a job folder (album)."""
