import { expect } from 'chai';
import type { FlowNode } from '../support/NodeRed';
import { examplePaths, readExample } from './exampleFiles';
import { type Box, boxAround, boxOf, boxWithStatus, labelOf, overlap, storedBox, widthOf } from './geometry';

/** px: so much of a flow is seen beside the open sidebar of a screen of 1,920 px. */
const WIDEST = 1500;

function overlapping(items: readonly (readonly [name: string, box: Box])[]): string[] {
  return items.flatMap(([name, box], index) => items.slice(index + 1).filter(([, other]) => overlap(box, other)).map(([other]) => `${name}, ${other}`));
}

// Widths are estimated from the labels as the editor computes them; they were compared with a real editor's.
describe('the examples on the canvas', () => {
  it('are measured as the editor measures them', () => {
    expect(widthOf({ id: 'a', type: 'comment', name: 'Press Deploy, then open the debug sidebar' })).to.equal(320);
    expect(widthOf({ id: 'b', type: 'inject', name: 'recorded hour', repeat: '', once: true })).to.equal(160);
    expect(widthOf({ id: 'c', type: 'dstream-receiver', name: '', source: 'http', httpPath: 'dstream-example/means' })).to.equal(260);
    expect(widthOf({ id: 'd', type: 'debug', name: 'a' })).to.equal(100);
    expect(widthOf({ id: 'e', type: 'link in', name: 'a long name that is not shown' })).to.equal(30);
  });

  it('would be found to overlap if they did', () => {
    const node = (id: string, x: number, y: number): FlowNode => ({ id, type: 'dstream-sink', name: '', x, y });
    const near = [node('a', 100, 40), node('b', 190, 40), node('c', 100, 80)].map((each) => [each.id, boxWithStatus(each)] as const);
    expect(overlapping(near)).to.deep.equal(['a, b', 'a, c', 'b, c']);
    const apart = [node('a', 100, 40), node('b', 200, 40), node('c', 100, 100)].map((each) => [each.id, boxWithStatus(each)] as const);
    expect(overlapping(apart)).to.deep.equal([]);
  });

  for (const path of examplePaths()) {
    describe(path, () => {
      const flow = readExample(path);
      const groups = flow.filter((node) => node.type === 'group');
      const nodes = flow.filter((node) => node['x'] !== undefined && node.type !== 'group');
      const alone = nodes.filter((node) => node['g'] === undefined);
      const membersOf = (group: FlowNode): FlowNode[] => nodes.filter((node) => node['g'] === group.id);

      it('stand on the grid of 20 px', () => {
        const off = nodes.filter((node) => (Number(node['x']) - widthOf(node) / 2) % 20 !== 0 || Number(node['y']) % 20 !== 0);
        expect(off.map((node) => `${node.id}: ${labelOf(node)}`)).to.deep.equal([]);
      });

      it('do not overlap, with their buttons and what they show below', () => {
        expect(overlapping(nodes.map((node) => [node.id, boxWithStatus(node)]))).to.deep.equal([]);
        const large = [...groups.map((group) => [group.id, storedBox(group)] as const), ...alone.map((node) => [node.id, boxOf(node)] as const)];
        expect(overlapping(large)).to.deep.equal([]);
      });

      it('lie in groups with names, all but the comments above them', () => {
        expect(alone.map((node) => node.type).filter((type) => type !== 'comment')).to.deep.equal([]);
        expect(groups).to.not.have.length(0);
        for (const group of groups) {
          const members = membersOf(group);
          expect(group['name'], group.id).to.be.a('string').with.length.within(10, 70);
          expect(group['nodes'], group.id).to.have.members(members.map((node) => node.id));
          const [stored, around] = [storedBox(group), boxAround(members, String(group['name']))];
          for (const side of ['left', 'top', 'right', 'bottom'] as const) expect(stored[side], `${group.id} ${side}`).to.be.closeTo(around[side], 1);
        }
      });

      it('are seen without scrolling to the side, and begin with a comment', () => {
        expect(Math.max(...nodes.map((node) => boxOf(node).right))).to.be.below(WIDEST);
        const [highest] = [...nodes].sort((a, b) => Number(a['y']) - Number(b['y']));
        expect(highest?.type).to.equal('comment');
        for (const comment of nodes.filter((node) => node.type === 'comment')) {
          expect(labelOf(comment), comment.id).to.have.length.within(20, 95);
        }
        const wires = nodes.flatMap((node) => (node['wires'] as string[][] | undefined ?? []).flat().map((to) => [node, to] as const));
        for (const [from, to] of wires) {
          const target = nodes.find((node) => node.id === to);
          expect(target && boxOf(target).left, `${from.id} → ${to}`).to.be.at.least(boxOf(from).right + 20);
        }
      });
    });
  }
});
