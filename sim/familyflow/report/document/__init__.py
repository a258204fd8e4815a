"""What a reader is told, block by block, whatever the medium."""
