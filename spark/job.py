"""The script of the job on AWS Glue, which installs the wheel that all of it is in."""

from tariff.spark.job import main

main()
