"""The services and the pages as a web application, its server, and the courier of callbacks."""
