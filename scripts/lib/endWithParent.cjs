// Loaded into Node-RED by `npm start`: when the script that started it is gone, however it ended, Node-RED ends too.
process.once('disconnect', () => process.exit(0));
process.channel?.unref();
