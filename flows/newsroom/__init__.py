"""The bundled newsroom: invented articles on real-looking news sites, served over HTTP on this machine."""
