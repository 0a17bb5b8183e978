// Writes the static files into a folder that nginx serves, and ends.
const fs = require('node:fs');
const path = require('node:path');

const folder = process.argv[2];
const css = ['body { font: 20px/1.5 serif }', 'blockquote { margin: 3em; font-style: italic }'];
fs.writeFileSync(path.join(folder, 'style.css'), css.join('\n') + '\n');
console.log(`assets: written to ${folder}`);
