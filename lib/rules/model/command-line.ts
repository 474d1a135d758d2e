import type { Container } from './container';

/** What a container is started with, as far as it stands in the manifest. */
export class CommandLine {
  private readonly words: readonly string[];

  constructor({ fields }: Container) {
    this.words = [...fields.at('command').texts, ...fields.at('args').texts].flatMap(divided);
  }

  /** Whether the option is there, in whichever of its spellings. */
  public has(...spellings: string[]): boolean {
    return this.words.some((word) => spellings.includes(word));
  }

  /** What follows the option, each time that it is there. */
  public valuesOf(...spellings: string[]): string[] {
    return this.words.flatMap((word, index) => spellings.includes(word) ? this.words[index + 1] ?? [] : []);
  }
}

/** `--option=value` means the same as `--option value`; the value may contain further signs. */
function divided(word: string): string[] {
  const [, option, value] = /^(--?[a-z][a-z-]*)=(.*)$/s.exec(word) ?? [];
  return option === undefined ? [word] : [option, value];
}
