"""The demo network: real districts and streets of Shenzhen, everything else invented from a seed."""
