"""Resend, digest and message: see the modules."""
