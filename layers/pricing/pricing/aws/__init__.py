"""AWS clients: the signed reader, timeouts, S3 and the environment.

Public: environment, s3, signed_client, timeouts.
"""
