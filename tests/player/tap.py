"""What leaves the player's graph, sample by sample: a recorder beside the way out, on the audio thread."""

import base64
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from playwright.sync_api import Page

WORKLET = """
class Tap extends AudioWorkletProcessor {
  blocks = [];
  process([input]) {
    this.blocks.push(input[0] ? input[0].slice() : new Float32Array(128));
    if (this.blocks.length === 64) {
      const all = new Float32Array(64 * 128);
      this.blocks.forEach((block, index) => all.set(block, index * 128));
      this.port.postMessage({ samples: all, rate: sampleRate });
      this.blocks = [];
    }
    return true;
  }
}
registerProcessor("tap", Tap);
"""
TAP = """
{
  const connect = AudioNode.prototype.connect;
  window.tapped = [];
  AudioNode.prototype.connect = function (target, ...rest) {
    if (target instanceof AudioDestinationNode) {
      this.context.audioWorklet.addModule("/tap.js").then(() => {
        const tap = new AudioWorkletNode(this.context, "tap");
        tap.port.onmessage = ({ data }) => { window.rate = data.rate; window.tapped.push(data.samples); };
        connect.call(this, tap);
        connect.call(tap, target);
      });
    }
    return connect.call(this, target, ...rest);
  };
}
"""
TAKEN = """() => {
  const all = new Float32Array(window.tapped.reduce((sum, block) => sum + block.length, 0));
  let at = 0;
  for (const block of window.tapped) { all.set(block, at); at += block.length; }
  window.tapped = [];
  const bytes = new Uint8Array(all.buffer);
  let text = "";
  const part = 32768;
  for (let from = 0; from < bytes.length; from += part) {
    text += String.fromCharCode(...bytes.subarray(from, from + part));
  }
  return [window.rate, btoa(text)];
}"""


@dataclass(frozen=True)
class Heard:
    """Samples of the left channel, at the graph's rate."""

    samples: NDArray[np.float64]
    rate_hz: int

    def levels_dbfs(self, seconds: float = 0.05) -> NDArray[np.float64]:
        """The level of each stretch of so many seconds."""
        size = int(self.rate_hz * seconds)
        whole = self.samples[: len(self.samples) // size * size].reshape(-1, size)
        found: NDArray[np.float64] = 10.0 * np.log10(np.mean(whole**2, axis=1) + 1e-12)
        return found

    def doubled_s(self, longest_s: float = 0.3) -> tuple[float, float]:
        """Of noise: how far a second copy of it is off, and how strong it is, where it is heard most, of 1 at most."""
        size, most = int(self.rate_hz * 0.5), int(self.rate_hz * longest_s)
        best = (0.0, 0.0)
        for first in range(0, len(self.samples) - size, size // 2):
            part = self.samples[first : first + size]
            spectrum = np.fft.rfft(part, 2 * size)
            alike = np.fft.irfft(np.abs(spectrum) ** 2)[: most + 1]
            if alike[0] < 1e-6 * size:
                continue
            # The file's own rate is half of the graph's: next to itself everything is alike.
            lag = int(np.argmax(alike[24:])) + 24
            best = max(best, (float(alike[lag] / alike[0]), lag / self.rate_hz))
        return best[1], best[0]


class Tap:
    """Set up before the page is opened."""

    def __init__(self, page: Page) -> None:
        self.page = page
        page.add_init_script(TAP)

    def taken(self) -> Heard:
        """All since the last time."""
        rate, text = self.page.evaluate(TAKEN)
        return Heard(np.frombuffer(base64.b64decode(text), "<f4").astype(np.float64), int(rate))
