import { drawnId } from '../../shared/editor/graphs';
import type { EditorNode } from '../../shared/editor/red';
import { type Translate, translator } from '../../shared/editor/translate';

/** What the parts of the sidebar need of the editor around them. */
export class EditorHost {
  readonly text: Translate = translator('sidebar');

  /** What the user sees on a node of the canvas; its id where the editor does not know it. */
  label(nodeId: string): string {
    const node = this.#drawn(nodeId);
    return node === undefined ? nodeId : RED.utils.getNodeLabel(node, nodeId);
  }

  /** A graph by one of its nodes and, as many graphs have a node of that name, by the tab. */
  graphName(nodeId: string): string {
    const tab = RED.nodes.workspace(this.#drawn(nodeId)?.z ?? '')?.label;
    return tab === undefined ? this.label(nodeId) : `${this.label(nodeId)} (${tab})`;
  }

  reveal(nodeId: string): void {
    const node = this.#drawn(nodeId);
    if (node !== undefined) RED.view.reveal(node.id);
  }

  /** The stream node or subflow that is selected, alone, on the canvas. */
  selected(): string | undefined {
    const [node, ...others] = RED.view.selection().nodes ?? [];
    if (node === undefined || others.length > 0) return undefined;
    return /^(dstream-|subflow:)/.test(node.type) ? node.id : undefined;
  }

  /** Why what needs a permission cannot be done; nothing where it can. */
  hindrance(permission: string): string | undefined {
    return RED.user.hasPermission(permission) ? undefined : this.text('hindrance.permission', { permission });
  }

  /** @param words of others too: they are shown as text */
  notify(type: 'success' | 'error', words: string): void {
    RED.notify($('<p>').text(words), { type, timeout: type === 'error' ? 10_000 : 4000 });
  }

  #drawn(nodeId: string): EditorNode | undefined {
    const find = (id: string): EditorNode | undefined => RED.nodes.node(id) ?? undefined;
    return find(drawnId(nodeId, (id) => find(id) !== undefined));
  }
}
