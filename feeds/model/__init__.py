"""The nouns: plain frozen records and the pure rules about them. Imports no sibling folder."""
