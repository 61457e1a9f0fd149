import { expect } from 'chai';
import type { Dialog, FieldValue } from '../support/browser/Dialog';
import type { EditorPage } from '../support/browser/EditorPage';
import { keyBeginnings, paletteTypes } from '../support/browser/palette';
import { useEditor } from '../support/browser/useEditor';
import { unresolved, visibleTexts } from '../support/browser/visibleTexts';
import { NODE_FIELDS, SURROUNDINGS } from './nodeFields';
import type { NodeFields } from './nodeFields';

/** The version is set by migrations; the list of aggregates has a test of its own. */
const SET_ELSEWHERE = ['version', 'aggregates'];

/** Which stream is the left one, and which graph, is chosen from a list, and can become wrong only later. */
const VALIDATED_ELSEWHERE = ['version', 'aggregates', 'left', 'graph'];

const KEYS = keyBeginnings();

describe('the dialogs of the palette', () => {
  const editor = useEditor({ flows: SURROUNDINGS });
  const page = (): EditorPage => editor().page;
  /** The nodes of this suite by their types, and what they were given. */
  const ids = new Map<string, string>();
  const given = new Map<string, Record<string, unknown>>();

  function idOf(type: string): string {
    const id = ids.get(type);
    if (id === undefined) throw new Error(`There is no ${type} on the canvas.`);
    return id;
  }

  async function open(type: string): Promise<Dialog> {
    const id = idOf(type);
    return type === 'dstream-engine' ? page().openConfigDialog(type, id) : page().openDialog(id);
  }

  /** A node that becomes wider keeps its left edge, when the canvas is drawn next; its middle moves then. */
  async function exportedWithoutPlace(id: string): Promise<Record<string, unknown>> {
    return { ...(await page().exportedNode(id)), x: undefined };
  }

  paletteTypes().forEach(({ type, isConfig }, index) => {
    describe(type, () => {
      it(isConfig ? 'can be edited' : 'is in the palette, and can be dragged in', async () => {
        ids.set(type, isConfig ? 'suite-engine' : await page().dragIn(type, { x: 300 + 220 * (index % 3), y: 40 + 60 * Math.floor(index / 3) }));
        for (const from of NODE_FIELDS[type]?.wiredFrom ?? []) await page().wire(from, idOf(type));
        const dialog = await open(type);
        expect(await dialog.shows('name')).to.equal(true);
        await dialog.cancel();
      });

      it('says nothing but words, and names every field', async () => {
        const dialog = await open(type);
        for (const variant of fieldsOf(type).variants) {
          await setAll(dialog, variant);
          expect(unresolved(await visibleTexts(dialog.form), KEYS)).to.deep.equal([]);
          const nameless = (await dialog.accessibleNames()).filter(({ name }) => name === '').map(({ field }) => field);
          expect(nameless, `fields without a name, with ${JSON.stringify(variant)}`).to.deep.equal([]);
        }
        await dialog.cancel();
      });

      it('saves every field, and shows it again', async () => {
        const fields = fieldsOf(type);
        const expected: Record<string, unknown> = {};
        let dialog = await open(type);
        for (const variant of fields.variants) {
          const set = await setAllThatShow(dialog, fields, variant);
          await dialog.done();
          Object.assign(expected, stored(set));
          expect(await page().exportedNode(idOf(type))).to.deep.include(expected);
          dialog = await open(type);
          for (const [property, value] of Object.entries(set)) {
            expect(await dialog.valueOf(fields.fieldOf?.[property] ?? property), property).to.deep.equal(value);
          }
        }
        await dialog.cancel();
        const left = Object.keys(await page().defaultsOf(type)).filter((property) => !(property in expected) && !SET_ELSEWHERE.includes(property));
        expect(left, 'properties that no field was found for: say in nodeFields.ts how they are set').to.deep.equal([]);
        expect(await page().validationErrors(idOf(type))).to.deep.equal([]);
        given.set(type, expected);
      });

      it('refuses what is wrong, and says why', async () => {
        const { refused } = fieldsOf(type);
        const validated = Object.entries(await page().defaultsOf(type)).filter(([, { validated: has }]) => has).map(([property]) => property);
        const left = validated.filter((property) => !refused.some((each) => each.property === property) && !VALIDATED_ELSEWHERE.includes(property));
        expect(left, 'properties with a validator: say in nodeFields.ts what they refuse').to.deep.equal([]);
        let dialog = await open(type);
        for (const { property, value, when = {} } of refused) {
          await setAll(dialog, { ...when, [property]: value });
          let complaint = await dialog.complaintOf(property);
          if (complaint === '') {
            // A field without a tooltip says why on the canvas.
            await dialog.done();
            complaint = (await page().validationErrors(idOf(type))).join(' ');
            await page().undo();
            dialog = await open(type);
          }
          expect(complaint, `${property} with ${JSON.stringify(value)}`).to.be.a('string').that.matches(/\w+ \w+ \w+/);
          expect(unresolved([{ text: complaint ?? '', place: property }], KEYS)).to.deep.equal([]);
        }
        await dialog.cancel();
      });

      it('can be left with the keyboard', async () => {
        const id = idOf(type);
        const before = await exportedWithoutPlace(id);
        const cancelled = await open(type);
        await cancelled.setField('name', 'Cancelled');
        await page().page.keyboard.press('Control+Escape');
        await cancelled.gone();
        expect(await exportedWithoutPlace(id)).to.deep.equal(before);
        const confirmed = await open(type);
        await confirmed.setField('name', 'Confirmed');
        await page().page.keyboard.press('Control+Enter');
        await confirmed.gone();
        expect(await exportedWithoutPlace(id)).to.deep.equal({ ...before, name: 'Confirmed' });
        given.set(type, { ...given.get(type), name: 'Confirmed' });
      });
    });
  });

  it('show the same after a Deploy in an editor that was loaded anew', async () => {
    await page().deploy();
    await page().load();
    for (const [type, expected] of given) {
      expect(await page().exportedNode(idOf(type)), type).to.deep.include(expected);
      const dialog = await open(type);
      expect(await dialog.valueOf('name')).to.equal(expected['name']);
      await dialog.done();
    }
    expect(await page().page.evaluate(() => (RED as unknown as { nodes: { dirty(): boolean } }).nodes.dirty()), 'whether Done alone changes anything').to.equal(false);
  });
});

function fieldsOf(type: string): NodeFields {
  return NODE_FIELDS[type] ?? { variants: [{}], values: {}, refused: [] };
}

async function setAll(dialog: Dialog, values: Readonly<Record<string, FieldValue>>): Promise<void> {
  for (const [property, value] of Object.entries(values)) await dialog.setField(property, value);
}

/** Sets every field that shows under a variant; resolves with what was set. */
async function setAllThatShow(dialog: Dialog, fields: NodeFields, variant: Readonly<Record<string, FieldValue>>): Promise<Record<string, FieldValue>> {
  await setAll(dialog, variant);
  const set: Record<string, FieldValue> = { ...variant };
  for (const [property, value] of Object.entries(fields.values)) {
    const field = fields.fieldOf?.[property] ?? property;
    if (property in variant || !(await dialog.shows(field))) continue;
    await dialog.setField(field, value);
    set[property] = value;
  }
  return set;
}

/** The properties of a node whose fields were given these values. */
function stored(values: Readonly<Record<string, FieldValue>>): Record<string, unknown> {
  const entries = Object.entries(values).map(([property, value]) =>
    typeof value === 'object' ? { [property]: value.value, [`${property}Type`]: value.type } : { [property]: value },
  );
  return Object.assign({}, ...entries) as Record<string, unknown>;
}
