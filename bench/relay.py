"""A wire that counts: passes bytes on to a server on this machine, whoever asks, the service worker too."""

import socket
import threading
from contextlib import suppress


class Relay:
    """Listens on a port of its own; `down` is what came from the server so far, in bytes."""

    def __init__(self, *, port: int) -> None:
        self.port = port
        self.down = 0
        self._lock = threading.Lock()
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._listener.getsockname()[1]}"
        threading.Thread(target=self._listen, daemon=True).start()

    def close(self) -> None:
        self._listener.close()

    def _listen(self) -> None:
        with suppress(OSError):
            while True:
                phone, _ = self._listener.accept()
                server = socket.create_connection(("127.0.0.1", self.port))
                for source, target, counts in ((phone, server, False), (server, phone, True)):
                    threading.Thread(target=self._pass, args=(source, target, counts), daemon=True).start()

    def _pass(self, source: socket.socket, target: socket.socket, counts: bool) -> None:
        with suppress(OSError):
            while data := source.recv(65_536):
                with self._lock:
                    self.down += len(data) if counts else 0
                target.sendall(data)
        with suppress(OSError):
            target.shutdown(socket.SHUT_WR)
