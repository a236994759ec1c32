"""What people asked, and its keeping."""
