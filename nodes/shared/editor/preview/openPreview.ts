import { Preview, type OpenPreview, type PreviewOptions } from './Preview';

export type { OpenPreview, PreviewOptions } from './Preview';

/** Puts the preview into the row of the dialog that is kept for it. */
export function openPreview(options: PreviewOptions): OpenPreview {
  return new Preview($('.dstream-preview'), options);
}
