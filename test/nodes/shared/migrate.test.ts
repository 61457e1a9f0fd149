import { expect } from 'chai';
import { migrate, type Migration, newestVersion, versionOf } from '../../../nodes/shared/migrate';

const migrations: Migration[] = [
  { version: 3, up: (properties) => ({ ...properties, steps: `${String(properties['steps'])}3` }) },
  { version: 2, up: ({ old, ...properties }) => ({ ...properties, steps: `${String(old)}2` }) },
];

describe('migrate', () => {
  it('takes every step above the version of the flow, in order', () => {
    expect(migrate({ id: 'a', version: 1, old: 'x' }, migrations)).to.deep.equal({ id: 'a', version: 3, steps: 'x23' });
    expect(migrate({ id: 'a', version: 2, steps: 'y' }, migrations)).to.deep.equal({ id: 'a', version: 3, steps: 'y3' });
  });

  it('leaves properties of the newest version, or a newer one, as they are', () => {
    for (const version of [3, 4, '4']) {
      const current = { id: 'a', version };
      expect(migrate(current, migrations)).to.equal(current);
    }
  });

  it('does not change what it is given', () => {
    const given = { old: 'x' };
    migrate(given, migrations);
    expect(given).to.deep.equal({ old: 'x' });
  });

  it('takes properties without a version, or with nonsense for one, for those of the first', () => {
    for (const version of [undefined, null, '', 'two', 0, -1, 1.5, Number.NaN, {}]) {
      expect(versionOf({ version })).to.equal(1);
      expect(migrate({ version, old: 'x' }, migrations)).to.deep.equal({ version: 3, steps: 'x23' });
    }
    expect(versionOf({ version: '2' })).to.equal(2);
  });

  it('knows the newest version', () => {
    expect([newestVersion([]), newestVersion(migrations)]).to.deep.equal([1, 3]);
  });
});
