"""Where nginx or certutil can neither be found nor unpacked this is left out, and `make test` says so."""

from setup import unpacked

collect_ignore_glob = [] if unpacked.find("nginx") and unpacked.find("certutil") else ["test_*.py"]
