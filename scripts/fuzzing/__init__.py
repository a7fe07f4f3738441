"""Feeds nonsense to everything that reads what drives say, guided by coverage (Atheris): ``scripts/soak fuzz``."""
