import { expect } from 'chai';
import { migrate, type Migration } from '../../../nodes/shared/migrate';

const migrations: Migration[] = [
  { version: 3, up: (properties) => ({ ...properties, steps: `${String(properties.steps)}3` }) },
  { version: 2, up: ({ old, ...properties }) => ({ ...properties, steps: `${String(old)}2` }) },
];
const config = { id: 'a', type: 'dstream-map', name: '', z: 't' };

describe('migrate', () => {
  it('takes every step above the version of the flow, in order', () => {
    expect(migrate({ ...config, version: 1, old: 'x' } as typeof config, migrations)).to.deep.equal(
      { ...config, version: 3, steps: 'x23' },
    );
  });

  it('leaves properties of the newest version, or a newer one, as they are', () => {
    const current = { ...config, version: 4 };
    expect(migrate(current, migrations)).to.deep.equal(current);
  });

  it('does not change what it is given', () => {
    const given = { ...config, old: 'x' };
    migrate(given, migrations);
    expect(given).to.deep.equal({ ...config, old: 'x' });
  });
});
