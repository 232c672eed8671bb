"""The stick as a courier: written here, carried by somebody, read there."""
