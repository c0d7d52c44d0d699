"""The product: catalogue, services, commands and site of Open Commerce Hub."""
