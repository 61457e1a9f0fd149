/** The height in px that is left for one row of the dialog (a class name) when all its other rows are shown. */
export function remainingHeight(rowClass: string, dialogHeight: number): number {
  let height = dialogHeight;
  $(`#dialog-form > div:not(.${rowClass})`).each((_index, row) => {
    if ($(row).is(':visible')) {
      height -= $(row).outerHeight(true) ?? 0;
    }
  });
  const row = $(`#dialog-form > div.${rowClass}`);
  return height - ((row.outerHeight(true) ?? 0) - (row.height() ?? 0));
}
