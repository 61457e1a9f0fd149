import { expect } from 'chai';
import { RequestError } from '../../../src/sources/http/RequestError';
import { MOST_LINES, requestPayloads } from '../../../src/sources/http/requestPayloads';

const JSON_TYPE = 'application/json';

function texts(payloads: readonly unknown[]): string[] {
  return payloads.map(String);
}

function refusal(body: string | Buffer, type: string | undefined, format: 'auto' | 'json' | 'text' | 'buffer' = 'auto'): RequestError {
  try {
    requestPayloads(Buffer.from(body), type, format);
  } catch (thrown) {
    if (thrown instanceof RequestError) return thrown;
    throw thrown;
  }
  throw new Error('It was not refused.');
}

describe('requestPayloads', () => {
  it('gives one payload a request, as bytes, whatever it holds', () => {
    for (const [body, type] of [['{"a":1}', JSON_TYPE], ['[1,2]', `${JSON_TYPE}; charset=utf-8`], ['{"a":1}', undefined], ['x=1', 'application/x-www-form-urlencoded'], ['1\n2', 'application/octet-stream']] as const) {
      const payloads = requestPayloads(Buffer.from(body), type, 'auto');
      expect(payloads.every((payload) => Buffer.isBuffer(payload)), body).to.equal(true);
      expect(texts(payloads)).to.deep.equal([body]);
    }
  });

  it('takes the word of a sender who says that it is text', () => {
    expect(requestPayloads(Buffer.from('42'), 'text/plain', 'auto')).to.deep.equal(['42']);
    expect(texts(requestPayloads(Buffer.from('42'), 'text/plain', 'json'))).to.deep.equal(['42']);
  });

  it('gives one payload for each line of newline-delimited JSON that is not empty', () => {
    for (const type of ['application/x-ndjson', 'application/ndjson; charset=UTF-8', 'application/jsonl']) {
      expect(texts(requestPayloads(Buffer.from('{"a":1}\r\n\n  \n2\n"x"'), type, 'auto'))).to.deep.equal(['{"a":1}\r', '2', '"x"']);
    }
    expect(requestPayloads(Buffer.alloc(0), 'application/x-ndjson', 'auto')).to.deep.equal([]);
  });

  it('refuses what is not JSON but says so, with the reason and the line', () => {
    expect(refusal('{"a":', JSON_TYPE)).to.include({ status: 400 });
    expect(refusal('{"a":', JSON_TYPE).message).to.contain('The payload is not valid JSON.').and.contain('{"a":');
    expect(refusal('', JSON_TYPE).message).to.contain('An empty payload is not JSON.');
    expect(refusal('1\n{\n3', 'application/x-ndjson').message).to.contain('Line 2: ');
    expect(refusal('{', 'application/vnd.sensor+json').status).to.equal(400);
  });

  it('refuses what the format of the receiver cannot read, and nothing where that takes bytes', () => {
    expect(refusal('hello', undefined, 'json').status).to.equal(400);
    expect(refusal(Buffer.from([0xff]), undefined, 'text').message).to.contain('not UTF-8');
    expect(refusal(Buffer.from([0xff]), 'text/plain').status).to.equal(400);
    expect(texts(requestPayloads(Buffer.from('{'), JSON_TYPE, 'buffer'))).to.deep.equal(['{']);
  });

  it('refuses JSON that the graph would refuse', () => {
    expect(refusal('['.repeat(600) + ']'.repeat(600), JSON_TYPE).message).to.contain('512 levels');
    expect(refusal(`["${'x'.repeat(1024 * 1024)}"]`, undefined).message).to.contain('larger than the limit');
  });

  it('refuses forms in parts, other character sets, and too many lines', () => {
    expect(refusal('', 'multipart/form-data; boundary=x').status).to.equal(415);
    expect(refusal('1', 'application/json; charset="iso-8859-1"').message).to.contain('iso-8859-1');
    expect(refusal('1\n'.repeat(MOST_LINES + 1), 'application/x-ndjson').status).to.equal(413);
    expect(requestPayloads(Buffer.from('1\n'.repeat(MOST_LINES)), 'application/x-ndjson', 'auto')).to.have.length(MOST_LINES);
  });
});
