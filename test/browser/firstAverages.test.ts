import { expect } from 'chai';
import { MqttBroker } from '../support/MqttBroker';
import { takePicture } from '../support/browser/pictures';
import { useEditor } from '../support/browser/useEditor';

/** The five nodes, left to right, and where: the receiver becomes wider by its topic. */
const CHAIN = new Map([['dstream-receiver', 125], ['dstream-batcher', 345], ['dstream-reduceByKey', 505], ['dstream-sink', 645], ['debug', 785]]);

/** What each sensor says all the time, so that an average does not depend on which messages fall into a batch. */
const SENSORS = new Map([['kitchen', 20.25], ['cellar', 12.5], ['attic', 24]]);

describe('from an empty Node-RED to averages on the screen', () => {
  let broker: MqttBroker;
  const editor = useEditor();

  before(async () => {
    broker = await MqttBroker.start();
    // Node-RED knows the broker already, as it does wherever sensors are listened to. There is no flow.
    await editor().page.startWith([
      { id: 'sensors-broker', type: 'mqtt-broker', name: 'Sensors', broker: '127.0.0.1', port: String(broker.port), clientid: '', autoConnect: true, usetls: false, protocolVersion: '4', keepalive: '60', cleansession: true },
    ]);
  });

  after(async () => {
    await broker.stop();
  });

  it('takes five nodes, and no typing but a topic', async () => {
    const { page } = editor();
    await page.showCategory('DStream');
    await takePicture(page, 'first-averages-1');

    const ids: string[] = [];
    for (const [type, x] of CHAIN) {
      if (type === 'debug') await page.showCategory('common');
      ids.push(await page.dragIn(type, { x, y: 120 }));
    }
    await page.showCategory('DStream');
    for (const [index, id] of ids.entries()) {
      const next = ids[index + 1];
      if (next !== undefined) await page.wire(id, next);
    }
    await takePicture(page, 'first-averages-2');

    const receiver = await page.openDialog(ids[0] ?? '');
    await receiver.setField('source', 'mqtt');
    await receiver.setField('broker', 'sensors-broker');
    await receiver.setField('topic', 'sensors/+/temperature');
    await takePicture(page, 'first-averages-3');
    await receiver.done();

    await page.showSidebar('debug');
    await page.deploy();
    const publishing = setInterval(() => {
      for (const [sensor, value] of SENSORS) void broker.publish(`sensors/${sensor}/temperature`, String(value));
    }, 200);
    try {
      await page.debugMessages(3);
      const averages = await page.unfoldNextDebugMessage(2);
      for (const [sensor, value] of SENSORS) {
        expect(averages).to.match(new RegExp(`key: "sensors/${sensor}/temperature"\\s*mean: ${String(value)}\\b`));
      }
      await takePicture(page, 'first-averages-4');
    } finally {
      clearInterval(publishing);
    }
    expect((await page.exported()).filter(({ type }) => CHAIN.has(type))).to.have.length(5);
  });
});
