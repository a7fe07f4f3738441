"""What is to be done to a drive, under which rule, and what may be claimed afterwards. Pure: decides, and touches nothing."""
