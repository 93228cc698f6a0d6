"""The ``tariff`` command, and the API served on one machine (``tariff serve``).

One module holds each command; ``tariff.commands`` lists them all. They compute with the ``pricing``
package, as the deployed functions do.
"""
