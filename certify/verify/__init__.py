"""Is this paper true? A numbered ladder of checks over bytes, and one verdict. Reads, and never writes."""
