"""The composition root of drive work: command line, people, the station's key, sealing what a job found."""
