import '../shared/editor/red';
import { expose } from '../shared/editor/registry';
import { StreamingTab } from './editor/StreamingTab';

/** As the user binds a key to it: Settings → Keyboard. */
const ACTION = 'dstream:show-streaming';
const ID = 'dstream';

/** Adds the Streaming tab to the sidebar. Nothing is asked of the runtime until somebody looks at it. */
function add(): void {
  const tab = new StreamingTab();
  RED.actions.add(ACTION, () => RED.sidebar.show(ID));
  RED.sidebar.addTab({
    id: ID,
    label: tab.text('tab.label'),
    name: tab.text('tab.name'),
    content: tab.content,
    iconClass: 'fa fa-line-chart',
    action: ACTION,
    enableOnEdit: true,
  });
}

expose('sidebar', { add });
