import { expect } from 'chai';
import fc from 'fast-check';
import { columnsOf, csvHeader, csvRow } from '../../../src/sinks/file/csv';
import { jsonLine, textLine } from '../../../src/sinks/file/lines';

/** A reader of RFC 4180, written by its grammar: records of fields, quoted or not. */
function readCsv(text: string): string[][] {
  const rows: string[][] = [];
  let row: string[] = [];
  let place = 0;
  while (place < text.length) {
    let field = '';
    if (text[place] === '"') {
      for (place++; text[place] !== '"' || text[place + 1] === '"'; place++) {
        if (text[place] === '"') place++;
        field += text[place] ?? '';
      }
      place++;
    } else {
      while (place < text.length && text[place] !== ',' && text[place] !== '\r') field += text.charAt(place++);
    }
    row.push(field);
    if (text[place] === ',') place++;
    else {
      expect(text.slice(place, place + 2)).to.equal('\r\n');
      place += 2;
      rows.push(row);
      row = [];
      continue;
    }
    // A comma at the end of a row is followed by an empty field.
    if (text[place] === '\r') {
      row.push('');
      place += 2;
      rows.push(row);
      row = [];
    }
  }
  return rows;
}

describe('lines of files', () => {
  it('of JSON are read back as what was written, one line each', () => {
    fc.assert(fc.property(fc.jsonValue(), (value) => {
      const line = jsonLine(value);
      expect(line).not.to.match(/[\r\n]/);
      expect(JSON.parse(line)).to.deep.equal(JSON.parse(JSON.stringify(value)));
    }), { numRuns: 300 });
  });

  it('of text are one line each, whatever is in them', () => {
    expect(textLine('a\nb\r\nc')).to.equal('a\\nb\\r\\nc');
    expect([textLine(1.5), textLine(NaN), textLine(7n), textLine(Buffer.from('zwölf')), textLine({ a: 'x\ny' }), textLine(null)]).to.deep.equal(
      ['1.5', 'NaN', '7', 'zwölf', '{"a":"x\\ny"}', 'null'],
    );
    expect(() => textLine(undefined)).to.throw('There is no payload.');
  });

  it('of CSV are read back by another reader as the texts that were written', () => {
    const text = fc.oneof(fc.string(), fc.constantFrom('', '"', ',', '\n', '\r\n', ' a', 'a ', '=1+1', '""', 'ü,"'));
    fc.assert(fc.property(fc.array(fc.tuple(text, text, text), { maxLength: 10 }), (rows) => {
      const written = rows.map(([a, b, c]) => `${csvRow({ a, b, c }, ['a', 'b', 'c'])}\r\n`).join('');
      expect(readCsv(written)).to.deep.equal(rows);
    }), { numRuns: 300 });
  });

  it('of CSV say values in words that other programs know', () => {
    const payload = { n: null, u: undefined, d: new Date(0), o: { x: 1 }, l: [1, 'a'], b: true, i: -Infinity, big: 12n };
    expect(csvRow(payload, Object.keys(payload))).to.equal(',,1970-01-01T00:00:00.000Z,"{""x"":1}","[1,""a""]",true,-Infinity,12');
    expect(csvRow({ a: 1 }, ['toString', '__proto__', 'a'])).to.equal(',,1');
    expect(csvRow({}, ['a']), 'a row with nothing in it is still a row').to.equal('""');
    expect(() => csvRow({ a: { b: 1n } }, ['a'])).to.throw('BigInt');
    expect(() => csvRow(undefined, ['a'])).to.throw('There is no payload.');
  });

  it('of CSV have the column payload for what has no properties', () => {
    expect([columnsOf(7), columnsOf([1, 2]), columnsOf({ a: 1, b: 2 })]).to.deep.equal([['payload'], ['payload'], ['a', 'b']]);
    expect([csvHeader(['a', 'b "c"']), csvRow('x', ['payload']), csvRow([1, 2], ['payload'])]).to.deep.equal(['a,"b ""c"""', 'x', '"[1,2]"']);
  });
});
