"""The voice room's console program, in the assignment's language and words.

    1  consultar um nome e chamar      Y / N  atender ou não quem chama
    0  encerrar a conexão              h      desligar

«usuário destino ocupado» is what a refused caller reads (B17). The program around it is
`labkit voice-room`.

Requirements B6, B7, B14, B17, B18, B20, B21. Notebook: 08-voice-room.
"""

from __future__ import annotations

from labkit.console.phone import Console
from labkit.errors import LabkitError
from labkit.net.registry_errors import UnknownUser
from labkit.phone import PhoneState
from labkit.phone.state import CallSnapshot
from labkit.signalling.machine.states import CallState

WORDS = {
    CallState.CALLING: "convite enviado a {peer}",
    CallState.ACCEPTED: "em chamada com {peer}",
    CallState.CANCELLED: "convite cancelado",
    CallState.UNANSWERED: "ninguém atendeu",
    CallState.FAILED: "a chamada falhou: {why}",
    CallState.ENDED: "chamada com {peer} encerrada",
}


class VoiceRoomConsole(Console):
    """The same console in Portuguese, for a phone of the dialect `voice-room`."""

    GOODBYE = "Até logo."
    END_FIRST = "Encerre a chamada primeiro: {key} desliga."
    ANSWER = "{peer} está chamando. Atender? Y ou N"
    HANGS_UP = "{key} desliga"
    WHOM = "Quem deseja chamar? (um nome; vazio para voltar)"
    MENU = "1 consultar um nome e chamar    0 encerrar a conexão"

    _shown: tuple[str, CallState] | None = None

    def start(self) -> None:
        """Register and show the menu. Raises what `Phone.register` raises (B6)."""
        super().start()
        self._say(f"{self._phone.name} registrado")
        self._say(self._question())

    def line(self, text: str) -> bool:
        """Act on one typed line; False when it was the last one."""
        try:
            return self._act(text.strip())
        except UnknownUser:
            self._say(f"usuário desconhecido: {text.strip()}")
            self._asked_for_name = True  # B7: one may choose again
        except LabkitError as error:
            self._say(f"não foi possível: {error}")
        self._say(self._question())
        return True

    def _in_call(self, text: str, call: CallSnapshot) -> None:
        if text.lower() == self._key:
            self._phone.hang_up()
        elif text == "0":
            self._say(self.END_FIRST.format(key=self._key))
        else:
            self._say(self._question())

    def _changed(self, state: PhoneState) -> None:
        """Say how the call stands, once, and what can be typed now."""
        call = state.call
        if call is None or (call.peer, call.state) == self._shown:
            return
        self._shown = call.peer, call.state
        if call.state is CallState.REFUSED:
            mine = f"convite de {call.peer} rejeitado"
            self._say(call.why if call.outgoing else mine)
        elif call.state in WORDS:
            self._say(WORDS[call.state].format(peer=call.peer, why=call.why))
        self._say(self._question())

    def _question(self) -> str:
        call = self._phone.state.call
        if call is not None and call.state.is_up:
            return self.HANGS_UP.format(key=self._key)
        return super()._question()
