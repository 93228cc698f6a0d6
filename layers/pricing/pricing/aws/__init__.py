"""AWS: settings, clients and their timeouts, the signed reader, S3, logs and metrics.

Public: environment, logs, report_job, s3, settings, signed_client, timeouts.
Internal: container_credentials.
"""
