"""The pages, which open without a network."""
