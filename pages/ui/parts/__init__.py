"""What several pages share: plots, the address, the server's state, words of others."""
