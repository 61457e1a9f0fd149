import { type Guarantee, guaranteeText } from '../../../src/plan/guarantees';
import './red';

/** What `GET dstream/graphs` tells of a graph, as far as guarantees go. */
export interface GuaranteeReport {
  readonly guarantees?: Readonly<Record<string, Guarantee>>;
}

/**
 * What a deployed sink promises, line by line: the promise, why it is that, and what it depends on. Nothing for one that does not run.
 * Of a sink in a subflow it is that of the first instance.
 */
export function guaranteeLines(nodeId: string, reports: readonly GuaranteeReport[]): string[] {
  for (const { guarantees } of reports) {
    const found = Object.entries(guarantees ?? {}).find(([id]) => id === nodeId || id.endsWith(`-${nodeId}`))?.[1];
    if (found === undefined) continue;
    return [guaranteeText(found), ...found.reasons.map(({ text }) => text), ...found.conditions.map((text) => `Provided that: ${text}`)];
  }
  return [];
}

/** Shows what a deployed sink promises in the element of its dialog with that id, which is hidden where there is nothing to show. */
export function showGuarantee(nodeId: string, id: string): void {
  const place = $(`#${id}`).hide();
  void $.getJSON('dstream/graphs').done((reports: unknown) => {
    const [promise, ...why] = guaranteeLines(nodeId, Array.isArray(reports) ? (reports as GuaranteeReport[]) : []);
    if (promise === undefined) return;
    place.find('.dstream-guarantee').text(promise);
    place.find('ul').empty().append(...why.map((text) => $('<li>').text(text)));
    place.show();
  });
}
