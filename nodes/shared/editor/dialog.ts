/**
 * The node whose dialog is open, so that a validator can tell what is on screen from what is stored:
 * Node-RED also validates other nodes of the same type while a dialog is open.
 */
let open: { readonly node: object; readonly prefix: string } | undefined;

export function dialogOpened(node: object, prefix = 'node-input'): void {
  open = { node, prefix };
}

export function dialogClosed(): void {
  open = undefined;
}

/** The value of another property of the node: from its open dialog, else as it is stored. */
export function current(node: object, property: string): unknown {
  if (open?.node === node) {
    const field = $(`#${open.prefix}-${property}`);
    if (field.length > 0) {
      return field.attr('type') === 'checkbox' ? field.prop('checked') : field.val();
    }
  }
  return Reflect.get(node, property);
}

/** Runs `update` now and whenever one of the fields changes. */
export function whenChanged(selectors: string, update: () => void): void {
  $(selectors).on('change', update);
  update();
}
