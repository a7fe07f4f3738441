"""Paper work: statements, certificates, bundles and their verification. Holds no code that destroys anything."""
