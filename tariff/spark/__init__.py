"""A report of many files on Apache Spark: on one machine, or as a job on AWS Glue."""
