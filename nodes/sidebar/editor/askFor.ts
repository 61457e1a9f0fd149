import type { EditorHost } from './EditorHost';

/** A question before something is done. */
export interface Asked {
  /** What is asked, and what it means; where it has something to be filled in, that comes first. */
  readonly content: readonly HTMLElement[];
  /** The keys of the buttons' texts. */
  readonly cancel: string;
  readonly confirm: string;
  /** Gets the keyboard; the editor's own choice when left out. */
  readonly focus?: HTMLElement;
  /** @returns false where what was filled in cannot be used: the question stays */
  readonly onConfirm: () => boolean;
}

/** Asks, and does nothing unless that is confirmed. */
export function askFor({ text }: EditorHost, { content, cancel, confirm, focus, onConfirm }: Asked): void {
  const question = RED.notify($('<div>').append(...content), {
    type: 'warning',
    modal: true,
    fixed: true,
    buttons: [
      {
        text: text(cancel),
        click: () => {
          question.close();
        },
      },
      {
        text: text(confirm),
        class: 'primary',
        click: () => {
          if (onConfirm()) question.close();
        },
      },
    ],
  });
  focus?.focus();
}
