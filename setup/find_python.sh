#!/bin/sh
# Prints the path of a Python that can make a virtual environment, or says in one sentence what is missing.
oldest=3.11
seen=none
without_venv=

for name in python3 python3.14 python3.13 python3.12 python3.11; do
  # A version manager's shim may be on PATH and still refuse to run: then it prints nothing.
  version=$("$name" -c 'import sys; print("%d.%d" % sys.version_info[:2])' 2>/dev/null) || continue
  if ! "$name" -c 'import sys; sys.exit(sys.version_info < (3, 11))'; then
    seen="$name $version"
  elif ! "$name" -c 'import venv, ensurepip' 2>/dev/null; then
    without_venv=${without_venv:-$name}
  else
    command -v "$name"
    exit 0
  fi
done

case $without_venv in
  "") echo "✗ Python $oldest or newer is needed (found: $seen): apt install python3 python3-venv" >&2
      echo "  需要 Python $oldest 或更新的版本（现有：$seen）：apt install python3 python3-venv" >&2 ;;
  *)  echo "✗ $without_venv cannot make a virtual environment: apt install $without_venv-venv" >&2
      echo "  $without_venv 缺少 venv 模块，请先运行：apt install $without_venv-venv" >&2 ;;
esac
exit 1
