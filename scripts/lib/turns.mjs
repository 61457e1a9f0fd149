// Lets several programs speak at the same time without a word of one between those of another.

/** Who began first is heard at once; what the others say is kept until all before them have ended. */
export class Turns {
  #speakers = [];
  #print;

  /** @param print takes the words in the order in which they are to be read */
  constructor(print = (text) => process.stdout.write(text)) {
    this.#print = print;
  }

  /** A turn: `say(text)` as often as there is something, then `end()`. */
  begin() {
    const speaker = { kept: '', hasEnded: false };
    this.#speakers.push(speaker);
    return {
      say: (text) => {
        speaker.kept += text;
        this.#hear();
      },
      end: () => {
        speaker.hasEnded = true;
        this.#hear();
      },
    };
  }

  /** Prints as much as can be read already. */
  #hear() {
    for (const speaker of [...this.#speakers]) {
      this.#print(speaker.kept);
      speaker.kept = '';
      if (!speaker.hasEnded) return;
      this.#speakers.shift();
    }
  }
}
