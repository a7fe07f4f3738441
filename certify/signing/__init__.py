"""Keys, roles, signatures and whom to trust."""
