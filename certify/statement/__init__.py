"""The signed facts: their model, how they are made from a job folder, and what would make them a lie."""
