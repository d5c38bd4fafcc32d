import { render } from 'preact';
import { App } from './app.js';
import './style.css';
import './forms.css';

const root = document.getElementById('app');
if (root) render(<App />, root);
