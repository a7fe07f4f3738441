"""What is known about families of drives, bridges and adapters, as data."""
