"""Bytes in, records out: polling, extraction and signals. Knows neither database nor scheduler."""
