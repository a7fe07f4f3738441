"""How the corpus of good and bad papers is made: honest papers, and one lie at a time."""
