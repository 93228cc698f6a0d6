"""The API on one machine: the routes of template.yaml behind an HTTP server (``tariff serve``)."""
